"""Programs that call the service with a generated client, one for each generator.

Each is given the service's address, the folder of requests and raw answers, and the folder for its own answers. It calls
createAssessment, getModel and listAssumptions, provokes a problem, asserts on decoded values, writes every answer as its
client encodes it again, asks for the files (workbook, cash flow, memo) and writes them as they come, and writes to `untyped.json` where an answer has no type.
"""
