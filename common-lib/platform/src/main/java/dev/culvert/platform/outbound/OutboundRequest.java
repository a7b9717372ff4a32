package dev.culvert.platform.outbound;

import java.time.Duration;
import java.util.Map;

/**
 * One call to an address that a user gave.
 *
 * @param method e.g. {@code POST}
 * @param url where to
 * @param headers one value each; {@code Host}, {@code Content-Length} and connection headers are the client's
 * @param body sent as it is, empty for none
 * @param timeout for the whole call
 */
public record OutboundRequest(
        String method, OutboundUrl url, Map<String, String> headers, byte[] body, Duration timeout) {

    public OutboundRequest {
        headers = Map.copyOf(headers);
        body = body.clone();
    }
}
