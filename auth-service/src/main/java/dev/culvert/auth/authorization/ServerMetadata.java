package dev.culvert.auth.authorization;

import dev.culvert.auth.application.ApplicationProperties;
import dev.culvert.auth.application.ApplicationScopes;
import dev.culvert.platform.access.Access;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the authorization server can do, in one description for both places where it is looked for. */
@RestController
@Tag(name = "OAuth")
class ServerMetadata {
    private static final Duration CACHED = Duration.ofHours(1);
    private static final List<String> SECRET_METHODS =
            List.of("client_secret_basic", "client_secret_post", "private_key_jwt");
    private static final List<String> ALL_METHODS =
            List.of("client_secret_basic", "client_secret_post", "private_key_jwt", "none");

    /** Of DPoP; what the engine and the gateway both take. */
    private static final List<String> PROOF_ALGORITHMS = List.of("ES256", "ES384", "ES512", "RS256", "PS256");

    private final AuthorizationProperties properties;
    private final ApplicationProperties applications;

    ServerMetadata(AuthorizationProperties properties, ApplicationProperties applications) {
        this.properties = properties;
        this.applications = applications;
    }

    @Access(open = true)
    @GetMapping({"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"})
    @Operation(
            summary = "Description of the authorization server",
            description = "RFC 8414 and OpenID Connect Discovery.")
    ResponseEntity<Map<String, Object>> describe() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("issuer", properties.issuer());
        metadata.put("authorization_endpoint", url(Endpoints.AUTHORIZE));
        metadata.put("token_endpoint", url(Endpoints.TOKEN));
        metadata.put("introspection_endpoint", url(Endpoints.INTROSPECT));
        metadata.put("revocation_endpoint", url(Endpoints.REVOKE));
        metadata.put("userinfo_endpoint", url(Endpoints.USERINFO));
        metadata.put("end_session_endpoint", url(Endpoints.LOGOUT));
        metadata.put("pushed_authorization_request_endpoint", url(Endpoints.PUSHED_REQUESTS));
        metadata.put("device_authorization_endpoint", url(Endpoints.DEVICE_AUTHORIZATION));
        if (applications.dynamicRegistration()) {
            metadata.put("registration_endpoint", url(ApplicationProperties.REGISTRATION_PATH));
        }
        metadata.put("jwks_uri", url(Endpoints.JWKS));
        metadata.put("service_documentation", url("/docs"));
        metadata.putAll(abilities());
        metadata.putAll(openId());
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(CACHED).cachePublic())
                .body(metadata);
    }

    private static Map<String, Object> abilities() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("scopes_supported", List.copyOf(ApplicationScopes.all()));
        metadata.put("response_types_supported", List.of("code"));
        metadata.put("response_modes_supported", List.of("query"));
        metadata.put(
                "grant_types_supported",
                List.of(
                        "authorization_code",
                        "refresh_token",
                        "client_credentials",
                        "urn:ietf:params:oauth:grant-type:token-exchange",
                        "urn:ietf:params:oauth:grant-type:device_code"));
        metadata.put("token_endpoint_auth_methods_supported", ALL_METHODS);
        metadata.put("revocation_endpoint_auth_methods_supported", ALL_METHODS);
        metadata.put("introspection_endpoint_auth_methods_supported", SECRET_METHODS);
        for (String endpoint : List.of("token", "revocation", "introspection")) {
            metadata.put(endpoint + "_endpoint_auth_signing_alg_values_supported", ClientAssertions.ALGORITHMS);
        }
        metadata.put("code_challenge_methods_supported", List.of("S256"));
        metadata.put("dpop_signing_alg_values_supported", PROOF_ALGORITHMS);
        metadata.put("authorization_response_iss_parameter_supported", true);
        metadata.put("require_pushed_authorization_requests", false);
        metadata.put("request_parameter_supported", false);
        metadata.put("request_uri_parameter_supported", false);
        return metadata;
    }

    private static Map<String, Object> openId() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("prompt_values_supported", List.of("none", "login"));
        metadata.put("subject_types_supported", List.of("public"));
        metadata.put("id_token_signing_alg_values_supported", List.of("ES256"));
        metadata.put(
                "claims_supported",
                List.of(
                        "iss",
                        "sub",
                        "aud",
                        "exp",
                        "iat",
                        "auth_time",
                        "nonce",
                        "sid",
                        "preferred_username",
                        "email",
                        "email_verified"));
        return metadata;
    }

    @Access(open = true)
    @GetMapping("/.well-known/oauth-protected-resource")
    @Operation(
            summary = "Description of the API as a protected resource",
            description = "RFC 9728: which authorization server gives tokens for it.")
    ResponseEntity<Map<String, Object>> describeResource() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resource", properties.issuer());
        metadata.put("authorization_servers", List.of(properties.issuer()));
        metadata.put("jwks_uri", url(Endpoints.JWKS));
        metadata.put("scopes_supported", List.copyOf(ApplicationScopes.all()));
        metadata.put("bearer_methods_supported", List.of("header"));
        metadata.put("dpop_signing_alg_values_supported", PROOF_ALGORITHMS);
        metadata.put("resource_documentation", url("/docs"));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(CACHED).cachePublic())
                .body(metadata);
    }

    private String url(String path) {
        return properties.issuer() + path;
    }
}
