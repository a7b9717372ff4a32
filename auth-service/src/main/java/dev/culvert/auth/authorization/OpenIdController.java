package dev.culvert.auth.authorization;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.application.ApplicationScopes;
import dev.culvert.auth.signingkey.SigningKeys;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "OAuth")
class OpenIdController {
    private static final Duration CACHED = Duration.ofMinutes(5);

    private final Accounts accounts;
    private final SigningKeys keys;
    private final TransactionOperations transactions;

    OpenIdController(Accounts accounts, SigningKeys keys, TransactionOperations transactions) {
        this.accounts = accounts;
        this.keys = keys;
        this.transactions = transactions;
    }

    @Access(scope = ApplicationScopes.OPENID)
    @GetMapping(Endpoints.USERINFO)
    @Operation(
            summary = "Who signed in",
            description = "OpenID Connect Core §5.3: what the scopes of the token allow to tell.")
    ResponseEntity<Map<String, Object>> userInfo(Caller caller) {
        Account account = transactions
                .execute(_ -> accounts.find(caller.userId()))
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.AUTH_TOKEN_INVALID, "The account of this token does not exist any more."));
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("sub", account.id().toString());
        claims.putAll(IdTokens.about(account, caller.scopes()));
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(claims);
    }

    @Access(scope = ApplicationScopes.OPENID)
    @PostMapping(Endpoints.USERINFO)
    @Operation(summary = "Who signed in, by POST")
    ResponseEntity<Map<String, Object>> userInfoByPost(Caller caller) {
        return userInfo(caller);
    }

    @Access(open = true)
    @GetMapping(Endpoints.JWKS)
    @Operation(summary = "Public keys", description = "The same as /.well-known/jwks.json.")
    ResponseEntity<Map<String, Object>> keys() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(CACHED).cachePublic())
                .body(keys.publicKeys().toJSONObject(true));
    }
}
