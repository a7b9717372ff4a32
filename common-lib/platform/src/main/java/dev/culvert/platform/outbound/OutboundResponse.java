package dev.culvert.platform.outbound;

import java.util.Map;
import java.util.Optional;

/**
 * The answer to a call.
 *
 * @param status HTTP status; redirects are not followed
 * @param headers the first value of each header, names in lower case
 * @param body at most as much as the limit allows
 */
public record OutboundResponse(int status, Map<String, String> headers, byte[] body) {

    public OutboundResponse {
        headers = Map.copyOf(headers);
        body = body.clone();
    }

    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }
}
