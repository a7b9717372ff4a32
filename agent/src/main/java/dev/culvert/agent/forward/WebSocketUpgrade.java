package dev.culvert.agent.forward;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** The WebSocket handshake with the local service (RFC 6455 §4.1), the last hop of an extended CONNECT. */
record WebSocketUpgrade(String expectedAccept) {
    private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Adds the fields of this hop to a request. */
    static WebSocketUpgrade prepare(HttpRequest request) {
        byte[] nonce = new byte[16];
        RANDOM.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        request.headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key);
        if (!request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_VERSION)) {
            request.headers().set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        }
        return new WebSocketUpgrade(accept(key));
    }

    boolean acceptedBy(HttpResponse answer) {
        return answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)
                && answer.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && expectedAccept.equals(answer.headers().get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT));
    }

    /** Takes out what only this hop needed. */
    static void removeHandshake(HttpResponse answer) {
        answer.headers().remove(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
    }

    private static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] digest = sha1.digest((key + ACCEPT_GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-1", e);
        }
    }
}
