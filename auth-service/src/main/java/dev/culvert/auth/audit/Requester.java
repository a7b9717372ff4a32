package dev.culvert.auth.audit;

import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Where the request comes from that the present thread serves; nothing is known in jobs.
 *
 * @param clientAddress as the container resolved it behind trusted proxies
 * @param userAgent what the client claims to be, without control characters, at most 256 characters
 */
public record Requester(
        @Nullable String clientAddress, @Nullable String userAgent) {
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");
    private static final int LONGEST_USER_AGENT = 256;

    /** The present one. */
    public static Requester current() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? of(attributes.getRequest())
                : new Requester(null, null);
    }

    private static Requester of(HttpServletRequest request) {
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        return new Requester(request.getRemoteAddr(), agent == null ? null : clean(agent));
    }

    private static String clean(String userAgent) {
        String cleaned = CONTROL_CHARACTERS.matcher(userAgent).replaceAll(" ");
        return cleaned.substring(0, Math.min(cleaned.length(), LONGEST_USER_AGENT));
    }
}
