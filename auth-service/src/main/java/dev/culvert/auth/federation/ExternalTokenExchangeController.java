package dev.culvert.auth.federation;

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

/** For the gateway, which never routes {@code /internal/**} from outside; the provider's token itself is the credential. */
@RestController
@Hidden
class ExternalTokenExchangeController {
    private static final String SCHEME = "Bearer ";

    private final ExternalTokenExchange exchange;

    ExternalTokenExchangeController(ExternalTokenExchange exchange) {
        this.exchange = exchange;
    }

    record ExternalTokenExchangeResponse(String token, long expiresInSeconds, UUID userId, UUID tenantId) {
        static ExternalTokenExchangeResponse of(ExternalTokenExchange.Exchanged exchanged) {
            return new ExternalTokenExchangeResponse(
                    exchanged.token().value(),
                    exchanged.token().lifetime().toSeconds(),
                    exchanged.account().id(),
                    exchanged.account().tenantId());
        }

        /** Leaves the token out, so that it cannot get into a log. */
        @Override
        public String toString() {
            return "ExternalTokenExchangeResponse[" + userId + "]";
        }
    }

    @Access(open = true)
    @PostMapping("/internal/external-tokens/exchange")
    ResponseEntity<ExternalTokenExchangeResponse> exchange(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(
                    ProblemCode.AUTH_TOKEN_MISSING, "Send the provider's access token as a bearer token.");
        }
        String token = authorization.substring(SCHEME.length()).strip();
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(ExternalTokenExchangeResponse.of(exchange.exchange(token)));
    }
}
