package dev.culvert.gateway.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Requests of HTTP/2 that would be others in HTTP/1.1, were they copied: with ends of lines, blanks and colons in names, values,
 * method and path, with fields that say a length or belong to a connection (RFC 9113 §8.2, §8.3, §10.3).
 */
final class DoubtfulHttp2 {
    /** Of the length that some of them name wrongly; what is behind it is a request of its own. */
    static final String BODY = "helloGET /t/box/hidden HTTP/1.1\r\nHost: x\r\n\r\n";

    private static final String INJECTED = "\r\nX-Injected: 1";

    /** Instead of the right ones. */
    private static final Map<String, List<String>> REQUEST_LINE = Map.of(
            ":method",
            List.of(
                    "GET /t/box/hidden HTTP/1.1" + INJECTED + "\r\n\r\nPOST",
                    "PO ST",
                    "POST\r\n",
                    "POST\t",
                    "\nPOST",
                    "PO\u0000ST",
                    ""),
            ":path",
            List.of(
                    "/t/box/take HTTP/1.1" + INJECTED + "\r\n\r\nGET /t/box/hidden",
                    "/t/box/take HTTP/1.1",
                    "/t/box/ta ke",
                    "/t/box/take\r\n",
                    "/t/box/take\n",
                    "/t/box/take\t",
                    "/t/box/\u0000",
                    "/t/box/take#/x",
                    "/t/box/take?a=b c",
                    "/t/box/take?a\r\nX-Injected:1",
                    "/t/box/tak\u00e9",
                    "t/box/take",
                    "http://other/t/box/take",
                    "*",
                    ""),
            ":scheme",
            List.of("http" + INJECTED, "http://x/?", "ht tp", ""),
            ":authority",
            List.of("a" + INJECTED, "a b", "a/t/box/hidden?", "user@a", "a\u0000", ""));

    private static final List<String> VALUES = List.of(
            "b" + INJECTED, "b\nX-Injected: 1", "b\rX-Injected: 1", "b\r\n\r\nGET /t/box/hidden", "b\u0000", " b ");

    /** Names and values beside the right ones. */
    private static final List<List<String>> FIELDS = List.of(
            List.of("x-a\r\nx-injected", "1"),
            List.of("x-a: b\r\nx-injected", "1"),
            List.of("x-a:", "b"),
            List.of("x a", "b"),
            List.of("x-a ", "b"),
            List.of("x\u0000a", "b"),
            List.of("X-Upper", "b"),
            List.of("", "b"),
            List.of(":other", "b"),
            List.of(":path", "/t/box/hidden"),
            List.of("transfer-encoding", "chunked"),
            List.of("transfer-encoding", "identity"),
            List.of("transfer-encoding ", "chunked"),
            List.of("connection", "close, x-correlation-id"),
            List.of("connection", "content-length"),
            List.of("keep-alive", "timeout=1"),
            List.of("upgrade", "websocket"),
            List.of("te", "chunked"),
            List.of("expect", "100-continue"),
            List.of("content-length", "0"),
            List.of("content-length", "5"),
            List.of("content-length", "500"),
            List.of("content-length", "+5"),
            List.of("content-length", "5, 5"),
            List.of("content-length", "5" + INJECTED),
            List.of("content-length", "5", "content-length", "0"),
            List.of("content-length", "5", "transfer-encoding", "chunked"),
            List.of("host", "other"),
            List.of("host", "a" + INJECTED),
            List.of("cookie", "a=b", "cookie", "c=d" + INJECTED),
            List.of("trailer", "content-length"));

    private DoubtfulHttp2() {}

    /** Names and values of each, the first of them without a doubt. */
    static List<List<String>> all(String credential) {
        List<List<String>> all = new ArrayList<>();
        all.add(request(credential, "", "", List.of()));
        REQUEST_LINE.forEach(
                (name, values) -> values.forEach(value -> all.add(request(credential, name, value, List.of()))));
        VALUES.forEach(value -> all.add(request(credential, "", "", List.of("x-a", value))));
        FIELDS.forEach(fields -> all.add(request(credential, "", "", fields)));
        return all;
    }

    private static List<String> request(String credential, String changed, String value, List<String> more) {
        List<String> fields = new ArrayList<>(
                List.of(":method", "POST", ":scheme", "http", ":authority", "gateway.example", ":path", "/t/box/take"));
        int at = fields.indexOf(changed);
        if (at >= 0) {
            fields.set(at + 1, value);
        }
        fields.addAll(List.of("authorization", credential));
        fields.addAll(more);
        return fields;
    }
}
