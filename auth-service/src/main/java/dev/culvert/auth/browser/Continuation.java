package dev.culvert.auth.browser;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * Where a browser goes on after signing in: one of the pages here that ask for it, never another site. It is a path with
 * query, sent as a relative {@code Location}, so that no form of it can name a host.
 */
public record Continuation(String path) {
    /** The authorization endpoint. */
    public static final String AUTHORIZE = "/oauth/authorize";

    /** The page where somebody types the code shown by a device. */
    public static final String DEVICE = "/oauth/device";

    private static final Pattern FORM = Pattern.compile("/oauth/(authorize|device)(\\?[!-~]{0,16000})?");

    /** What a form or link sent, if it is a page to go on to. */
    public static Optional<Continuation> parse(String path) {
        return FORM.matcher(path).matches() ? Optional.of(new Continuation(path)) : Optional.empty();
    }

    /** Address of the sign-in page that leads here. */
    public String signInPage() {
        return SignInPageController.PATH + "?continue=" + UriUtils.encode(path, StandardCharsets.UTF_8);
    }

    /** The application the browser was sent by, if this says so. */
    Optional<UUID> clientId() {
        String value = UriComponentsBuilder.fromUriString(path)
                .build()
                .getQueryParams()
                .getFirst("client_id");
        try {
            return Optional.ofNullable(value).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not an id of ours; the page it leads to says so
        }
    }
}
