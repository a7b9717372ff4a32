package dev.culvert.auth.apikey;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Hidden;
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

    record KeyExchangeResponse(String token, long expiresInSeconds, UUID apiKeyId, UUID userId, UUID tenantId) {
        /** Leaves the token out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "KeyExchangeResponse[" + apiKeyId + "]";
        }
    }

    @Access(open = true)
    @PostMapping("/internal/api-keys/exchange")
    ResponseEntity<KeyExchangeResponse> exchange(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization) {
        if (authorization == null) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_MISSING, "Send the API key as a bearer token.");
        }
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(
                    ProblemCode.INVALID_AUTH_HEADER, "The Authorization header does not have the form 'Bearer <key>'.");
        }
        KeyExchange.Exchanged exchanged =
                exchange.exchange(authorization.substring(SCHEME.length()).strip());
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new KeyExchangeResponse(
                        exchanged.token().value(),
                        exchanged.token().lifetime().toSeconds(),
                        exchanged.key().id(),
                        exchanged.key().accountId(),
                        exchanged.key().tenantId()));
    }
}
