package dev.culvert.e2e;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * An operation of the merged API description, with what it says about access in {@code x-culvert-access}.
 *
 * @param bodyType media type of the body it takes; empty when it takes none
 * @param bodySchema what the body looks like; missing when it takes none
 * @param bodyRequired whether it does nothing without one
 */
record DeclaredOperation(
        String method,
        String path,
        boolean open,
        Set<String> scopes,
        Set<Permission> permissions,
        Optional<String> bodyType,
        JsonNode bodySchema,
        boolean bodyRequired) {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final Set<String> SAFE = Set.of("GET");
    private static final Pattern VARIABLE = Pattern.compile("\\{[^}]+}");

    /** What access alone decides; what the operation makes of the request comes after that. */
    enum Decision {
        ADMITTED,
        UNAUTHENTICATED,
        FORBIDDEN
    }

    /**
     * All operations of a description.
     *
     * @throws AssertionError naming those that do not declare their access
     */
    static List<DeclaredOperation> of(JsonNode openApi) {
        List<DeclaredOperation> declared = new ArrayList<>();
        List<String> undeclared = new ArrayList<>();
        openApi.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> METHODS.contains(operation.getKey()))
                        .forEach(operation -> {
                            if (operation.getValue().path("x-culvert-access").isObject()) {
                                declared.add(of(operation.getKey(), path.getKey(), operation.getValue()));
                            } else {
                                undeclared.add(operation.getKey() + " " + path.getKey());
                            }
                        }));
        if (!undeclared.isEmpty()) {
            throw new AssertionError("Operations that do not declare their access: " + undeclared);
        }
        return declared;
    }

    private static DeclaredOperation of(String method, String path, JsonNode operation) {
        JsonNode access = operation.get("x-culvert-access");
        Set<String> permissions = names(access.path("permissions"));
        var body = operation.path("requestBody").path("content").properties().stream()
                .findFirst();
        return new DeclaredOperation(
                method.toUpperCase(Locale.ROOT),
                path,
                access.path("open").asBoolean(),
                names(access.path("scopes")),
                Arrays.stream(Permission.values())
                        .filter(permission -> permissions.contains(permission.wireName()))
                        .collect(Collectors.toUnmodifiableSet()),
                body.map(content -> content.getKey()),
                body.map(content -> content.getValue().path("schema"))
                        .orElseGet(() ->
                                operation.path("requestBody").path("content").path("schema")),
                operation.path("requestBody").path("required").asBoolean());
    }

    private static Set<String> names(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).collect(Collectors.toUnmodifiableSet());
    }

    /** What somebody with these roles and scopes is to be told. */
    Decision decisionFor(Set<Role> roles, Set<String> heldScopes) {
        boolean permitted = permissions.stream()
                .allMatch(permission -> heldScopes.contains("admin")
                        && roles.stream().anyMatch(role -> role.permissions().contains(permission)));
        return open || permitted && heldScopes.containsAll(scopes) ? Decision.ADMITTED : Decision.FORBIDDEN;
    }

    /** What somebody without credentials is to be told. */
    Decision decisionForAnonymous() {
        return open ? Decision.ADMITTED : Decision.UNAUTHENTICATED;
    }

    boolean hasVariables() {
        return VARIABLE.matcher(path).find();
    }

    /** Whether a call that is let in changes something though it names nothing and says nothing, like signing out. */
    boolean actsByItself() {
        return !SAFE.contains(method) && !hasVariables() && !bodyRequired;
    }

    /** The path with each variable replaced, e.g. {@code {id}}. */
    String pathWith(UnaryOperator<String> values) {
        return VARIABLE.matcher(path).replaceAll(variable -> values.apply(variable.group()));
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
