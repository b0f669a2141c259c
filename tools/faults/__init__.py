"""Faults and load: what the service does when Redis, the network, callers or its own end do not do what they should.

`processes` starts and ends, `redis_server`, `sentinels` and `proxy` are what can fail, `running` is the service itself,
`client` asks it and notes every answer. `bench` is a service beside all of that. The scenarios are the functions that
`scenario` marks; `make test-faults` runs every one, the tests in tests/faults/ the short ones. Everything listens on
loopback, is a process of its own and is ended by its id.
"""
