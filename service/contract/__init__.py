"""The contract: the operations as data, the OpenAPI document made of them, and the forms in which it is served."""
