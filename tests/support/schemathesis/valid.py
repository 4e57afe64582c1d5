"""Says `valid` where standard input is what the official schema of OpenAPI 3.1 calls a description."""

import json
import sys

from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

OPENAPI_31_VALIDATOR.validate(json.load(sys.stdin))
print("valid")
