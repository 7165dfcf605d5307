"""moto's server, whose rotation functions are played by the harness.

    python tests/emulators/serve_moto.py 5001 http://127.0.0.1:7001
    rotation-conformance run --endpoint http://127.0.0.1:5001 --function-listen 127.0.0.1:7001

Functions whose name ends with "-acting" are called at the second address by Lambda's Invoke API; all others do
nothing. Nothing else of moto is changed. For moto 5, as `pip install 'moto[server]'` installs it.
"""

import sys
import urllib.error
import urllib.request

from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import default_user_config
from moto.core.exceptions import JsonRESTError
from moto.server import main

PORT, FUNCTIONS = sys.argv[1:3]


def invoke(self, function_name, qualifier, body, headers, response_headers):
    name = function_name.rsplit(":function:", 1)[-1]
    if not name.endswith("-acting"):
        return b"null"
    event = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(f"{FUNCTIONS}/2015-03-31/functions/{name}/invocations", data=event)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            error = answer.headers.get("X-Amz-Function-Error")
            if error:
                response_headers["x-amz-function-error"] = error
            return answer.read()
    except urllib.error.HTTPError as error:
        raise JsonRESTError("ServiceException", error.reason) from error


LambdaSimpleBackend.invoke = invoke
default_user_config["lambda"]["use_docker"] = False
main(["-H", "127.0.0.1", "-p", PORT])
