package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.e2e.DeclaredOperation.Decision;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How the walk over all endpoints reads what they declare. */
class DeclaredOperationTest {
    private static final JsonNode OPEN_API = JsonMapper.shared().readTree("""
            {"paths": {
              "/login": {"post": {"x-culvert-access": {"open": true, "scopes": [], "permissions": []},
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Login"}}}}}},
              "/logout": {"post": {"x-culvert-access": {"open": false, "scopes": ["profile:write"], "permissions": []}}},
              "/users/{id}": {"get": {"x-culvert-access": {"open": false, "scopes": [], "permissions": ["view_users"]}}}},
             "components": {"schemas": {"Login": {
                "type": "object", "required": ["name", "tries", "tags"],
                "properties": {
                  "name": {"type": ["string", "null"], "example": "ada"},
                  "tries": {"type": "integer", "minimum": 3},
                  "tags": {"type": "array", "items": {"type": "string", "enum": ["first"]}},
                  "note": {"type": "string"}}}}}}
            """);

    private final List<DeclaredOperation> operations = DeclaredOperation.of(OPEN_API);
    private final DeclaredOperation login = operations.get(0);
    private final DeclaredOperation logout = operations.get(1);
    private final DeclaredOperation user = operations.get(2);

    @Test
    void decidesAsDeclared() {
        assertThat(login.decisionForAnonymous()).isEqualTo(Decision.ADMITTED);
        assertThat(logout.decisionForAnonymous()).isEqualTo(Decision.UNAUTHENTICATED);
        assertThat(logout.decisionFor(Set.of(Role.USER), Scope.ALL)).isEqualTo(Decision.ADMITTED);
        assertThat(logout.decisionFor(Set.of(Role.USER), Set.of(Scope.TUNNELS_USE)))
                .isEqualTo(Decision.FORBIDDEN);
        assertThat(user.decisionFor(Set.of(Role.USER), Scope.ALL)).isEqualTo(Decision.FORBIDDEN);
        assertThat(user.decisionFor(Set.of(Role.FINANCE_ADMIN), Scope.ALL)).isEqualTo(Decision.ADMITTED);
        assertThat(user.decisionFor(Set.of(Role.SUPER_ADMIN), Set.of())).isEqualTo(Decision.FORBIDDEN);
    }

    @Test
    void knowsWhatActsByItself() {
        assertThat(login.actsByItself()).isFalse();
        assertThat(logout.actsByItself()).isTrue();
        assertThat(user.actsByItself()).isFalse();
        assertThat(user.pathWith(_ -> "7")).isEqualTo("/users/7");
    }

    @Test
    void refusesADescriptionThatLeavesAccessOpenByOmission() {
        JsonNode silent = JsonMapper.shared().readTree("{\"paths\": {\"/forgotten\": {\"get\": {}}}}");

        assertThatThrownBy(() -> DeclaredOperation.of(silent)).hasMessageContaining("get /forgotten");
    }

    @Test
    void makesBodiesOfWhatIsRequired() {
        assertThat(new SampleBody(OPEN_API).of(login.bodySchema()))
                .isEqualTo(JsonMapper.shared().readTree("{\"name\":\"ada\",\"tries\":3,\"tags\":[\"first\"]}"));
    }
}
