"""The contract: the operations as data, and the OpenAPI document made of them."""
