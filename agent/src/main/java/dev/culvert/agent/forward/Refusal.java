package dev.culvert.agent.forward;

import io.netty.handler.codec.http.HttpResponseStatus;

/** What the agent answers when its user does not let a request through (RFC 9457, with the suite's members). */
final class Refusal {
    static final HttpResponseStatus STATUS = HttpResponseStatus.FORBIDDEN;

    /** Without the path: it is the caller's text. */
    static final String BODY = """
        {"type":"/docs/problems#FORBIDDEN","title":"Not allowed","status":403,"code":"FORBIDDEN",\
        "category":"authorization",\
        "detail":"The agent of this tunnel does not let this path through; who runs the agent decides that.",\
        "error":{"code":"FORBIDDEN","category":"authorization","statusCode":403,\
        "message":"The agent of this tunnel does not let this path through; who runs the agent decides that."}}
        """;

    private Refusal() {}
}
