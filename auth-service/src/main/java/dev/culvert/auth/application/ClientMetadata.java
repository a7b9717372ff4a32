package dev.culvert.auth.application;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a program says of itself when it registers (RFC 7591 §2). Members not known here are left out, as the standard asks.
 */
record ClientMetadata(
        String name,
        List<String> redirectUris,
        List<String> postLogoutRedirectUris,
        Set<String> scopes,
        String method,
        Set<String> grants) {
    private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
    private static final Set<String> GRANTS =
            Set.of("authorization_code", "refresh_token", "client_credentials", DEVICE_CODE);
    private static final Set<String> METHODS = Set.of("none", "client_secret_basic", "client_secret_post");
    private static final Pattern NAME = Pattern.compile("\\P{Cntrl}{1,100}");
    private static final int MOST_ADDRESSES = 20;

    /** The metadata cannot be registered; {@code error} is one of RFC 7591 §3.2.2. */
    static final class RefusedException extends RuntimeException {
        private final String error;
        private final String description;

        private RefusedException(String error, String description) {
            super(error + ": " + description, null, true, false);
            this.error = error;
            this.description = description;
        }

        String error() {
            return error;
        }

        String description() {
            return description;
        }
    }

    static ClientMetadata of(Map<String, Object> members) {
        String name = text(members, "client_name").orElse("Unnamed application");
        String method = text(members, "token_endpoint_auth_method").orElse("client_secret_basic");
        Set<String> grants = texts(members, "grant_types").stream().collect(Collectors.toUnmodifiableSet());
        List<String> redirectUris = texts(members, "redirect_uris");
        if (!NAME.matcher(name).matches()) {
            throw invalid("client_name has 1 to 100 characters.");
        }
        if (!METHODS.contains(method)) {
            throw invalid("token_endpoint_auth_method is one of " + String.join(", ", METHODS) + ".");
        }
        if (!GRANTS.containsAll(grants)) {
            throw invalid("grant_types are " + String.join(", ", GRANTS) + ".");
        }
        if (redirectUris.size() > MOST_ADDRESSES) {
            throw new RefusedException("invalid_redirect_uri", "There are more than " + MOST_ADDRESSES + " addresses.");
        }
        Set<String> scopes = Arrays.stream(
                        text(members, "scope").orElse(ApplicationScopes.OPENID).split(" ", -1))
                .filter(scope -> !scope.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        return new ClientMetadata(
                name, redirectUris, texts(members, "post_logout_redirect_uris"), scopes, method, grants);
    }

    CreateApplicationRequest request() {
        return new CreateApplicationRequest(
                name,
                redirectUris,
                postLogoutRedirectUris,
                scopes,
                !method.equals("none"),
                false,
                grants.contains(DEVICE_CODE));
    }

    /** The application as registered (RFC 7591 §3.2.1). */
    Map<String, Object> answer(ApplicationResponse created) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("client_id", created.clientId().toString());
        answer.put("client_id_issued_at", created.createdAt().getEpochSecond());
        created.clientSecret().ifPresent(secret -> {
            answer.put("client_secret", secret);
            answer.put("client_secret_expires_at", 0);
        });
        answer.put("client_name", created.name());
        answer.put("redirect_uris", created.redirectUris());
        answer.put("post_logout_redirect_uris", created.postLogoutRedirectUris());
        answer.put("scope", String.join(" ", created.scopes()));
        answer.put("token_endpoint_auth_method", method);
        answer.put("grant_types", grantsOf(created));
        answer.put("response_types", created.redirectUris().isEmpty() ? List.of() : List.of("code"));
        return answer;
    }

    private static List<String> grantsOf(ApplicationResponse created) {
        boolean code = !created.redirectUris().isEmpty();
        return GRANTS.stream()
                .filter(grant -> switch (grant) {
                    case "authorization_code" -> code;
                    case "client_credentials" -> created.confidential();
                    case DEVICE_CODE -> created.deviceFlow();
                    default -> code || created.deviceFlow();
                })
                .sorted()
                .toList();
    }

    private static Optional<String> text(Map<String, Object> members, String name) {
        @Nullable Object value = members.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw invalid(name + " is a text.");
    }

    private static List<String> texts(Map<String, Object> members, String name) {
        @Nullable Object value = members.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw invalid(name + " is a list of texts.");
    }

    private static RefusedException invalid(String description) {
        return new RefusedException("invalid_client_metadata", description);
    }
}
