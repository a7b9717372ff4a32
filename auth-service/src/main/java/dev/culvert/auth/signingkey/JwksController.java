package dev.culvert.auth.signingkey;

import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "authentication")
class JwksController {
    private static final Duration CACHED = Duration.ofMinutes(5);

    private final SigningKeys keys;

    JwksController(SigningKeys keys) {
        this.keys = keys;
    }

    @Access(open = true)
    @GetMapping("/.well-known/jwks.json")
    @Operation(
            summary = "Public keys",
            description = "JSON Web Key Set (RFC 7517) that access tokens are verified with.")
    ResponseEntity<Map<String, Object>> keys() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(CACHED).cachePublic())
                .body(keys.publicKeys().toJSONObject(true));
    }
}
