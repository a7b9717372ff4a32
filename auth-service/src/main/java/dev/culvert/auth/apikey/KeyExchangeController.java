package dev.culvert.auth.apikey;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** For the gateway, which never routes {@code /internal/**} from outside; the key itself is the credential. */
@RestController
@Hidden
class KeyExchangeController {
    private static final String SCHEME = "Bearer ";

    private final KeyExchange exchange;

    KeyExchangeController(KeyExchange exchange) {
        this.exchange = exchange;
    }

    /**
     * @param version counts the changes of the key's terms; an event with a higher one makes this answer void
     * @param allowedNetworks in CIDR notation; the gateway holds every request to them, since it keeps this answer
     */
    record KeyExchangeResponse(
            String token,
            long expiresInSeconds,
            UUID apiKeyId,
            UUID userId,
            UUID tenantId,
            int version,
            List<String> allowedNetworks,
            KeyLimits limits) {
        static KeyExchangeResponse of(KeyExchange.Exchanged exchanged) {
            ApiKey key = exchanged.key();
            return new KeyExchangeResponse(
                    exchanged.token().value(),
                    exchanged.token().lifetime().toSeconds(),
                    key.id(),
                    key.accountId(),
                    key.tenantId(),
                    key.version(),
                    key.terms().allowedNetworks(),
                    key.terms().limits());
        }

        /** Leaves the token out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "KeyExchangeResponse[" + apiKeyId + "]";
        }
    }

    @Access(open = true)
    @PostMapping("/internal/api-keys/exchange")
    ResponseEntity<KeyExchangeResponse> exchange(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization,
            HttpServletRequest request) {
        if (authorization == null) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_MISSING, "Send the API key as a bearer token.")
                    .withAlias("MISSING_API_KEY");
        }
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(
                    ProblemCode.INVALID_AUTH_HEADER, "The Authorization header does not have the form 'Bearer <key>'.");
        }
        String key = authorization.substring(SCHEME.length()).strip();
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(KeyExchangeResponse.of(exchange.exchange(key, request.getRemoteAddr())));
    }
}
