package dev.culvert.auth.federation;

import dev.culvert.platform.outbound.OutboundResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Redeems an authorization code at a provider's token endpoint (RFC 6749 §4.1.3, RFC 7636 §4.5). */
@Component
class CodeExchange {
    private static final int OK = 200;
    private static final String BASIC = "client_secret_basic";

    private final IssuerCalls calls;
    private final JsonMapper json;

    CodeExchange(IssuerCalls calls, JsonMapper json) {
        this.calls = calls;
        this.json = json;
    }

    /** The id token, not verified yet; empty when the provider did not take the code or could not be asked. */
    Optional<String> idToken(
            ExternalIssuer issuer, IssuerMetadata metadata, String code, String verifier, String redirectUri) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirectUri);
        form.put("code_verifier", verifier);
        Map<String, String> headers = authenticate(issuer, metadata, form);
        try {
            OutboundResponse answer = calls.post(metadata.tokenEndpoint().orElseThrow(), encoded(form), headers);
            return answer.status() == OK
                    ? Optional.of(json.readTree(IssuerCalls.text(answer))
                                    .path("id_token")
                                    .asString(""))
                            .filter(token -> !token.isEmpty())
                    : Optional.empty();
        } catch (IOException | JacksonException e) {
            return Optional.empty(); // recorded by the caller as a code that was not taken
        }
    }

    /** In the header unless the provider wants the secret in the form; the standard's default is the header. */
    private static Map<String, String> authenticate(
            ExternalIssuer issuer, IssuerMetadata metadata, Map<String, String> form) {
        boolean basic = metadata.clientAuthentication().isEmpty()
                || metadata.clientAuthentication().contains(BASIC);
        if (!issuer.clientSecret().isEmpty() && basic) {
            String pair = encoded(issuer.clientId()) + ":" + encoded(issuer.clientSecret());
            return Map.of(
                    HttpHeaders.AUTHORIZATION,
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        form.put("client_id", issuer.clientId());
        if (!issuer.clientSecret().isEmpty()) {
            form.put("client_secret", issuer.clientSecret());
        }
        return Map.of();
    }

    static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
