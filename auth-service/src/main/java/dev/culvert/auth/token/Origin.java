package dev.culvert.auth.token;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import org.springframework.http.HttpHeaders;

/** Where a sign-in comes from, as far as the request tells; the user agent is what the client claims to be. */
public record Origin(String clientAddress, String userAgent) {
    private static final int LONGEST_USER_AGENT = 256;

    /** Cuts the user agent and takes control characters out, because it is shown in lists and logs. */
    public Origin {
        userAgent = userAgent.replaceAll("\\p{Cntrl}", " ");
        userAgent = userAgent.substring(0, Math.min(userAgent.length(), LONGEST_USER_AGENT));
    }

    /** The origin of a request; the container has resolved the address behind trusted proxies. */
    public static Origin of(HttpServletRequest request) {
        return new Origin(
                request.getRemoteAddr(), Objects.requireNonNullElse(request.getHeader(HttpHeaders.USER_AGENT), ""));
    }
}
