package dev.culvert.auth.application;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApplicationIT extends RunningAuthService {
    private static final String APPLICATIONS = "/api/v1/oauth/applications";
    private static final Map<String, Object> REQUEST = Map.of(
            "name",
            "Reading list",
            "redirectUris",
            List.of("https://app.example.org/callback", "http://127.0.0.1/cb", "org.example.app:/cb"),
            "scopes",
            List.of("openid", "tunnels:read"),
            "confidential",
            true);

    /** S3.33: create, read back, rotate secret; the secret is shown in the answers that made it, and only there. */
    @Test
    void registersReadsAndRotates() {
        AuthClient ada = client().signedIn();

        HttpResponse<String> answer = ada.post(APPLICATIONS, REQUEST);

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode created = json(answer);
        String path = APPLICATIONS + "/" + created.get("id").asString();
        assertThat(answer.headers().firstValue("Location")).contains(path);
        assertThat(created.get("clientId")).isEqualTo(created.get("id"));
        String secret = created.get("clientSecret").asString();
        JsonNode read = json(ada.get(path));
        assertThat(read.get("clientSecret")).isNull();
        assertThat(read.get("name").asString()).isEqualTo("Reading list");
        assertThat(read.get("confidential").asBoolean()).isTrue();
        assertThat(read.get("trusted").asBoolean()).isFalse();
        assertThat(json(ada.get(APPLICATIONS)).get("total").asInt()).isEqualTo(1);

        JsonNode rotated = json(ada.post(path + "/rotate-secret"));
        assertThat(rotated.get("clientSecret").asString()).startsWith("cvs_").isNotEqualTo(secret);
        assertThat(column("SELECT a::text FROM auth.oauth_application a"))
                .noneMatch(row -> row.contains(secret)
                        || row.contains(rotated.get("clientSecret").asString()));
    }

    @Test
    void changesAndDeletes() {
        AuthClient ada = client().signedIn();
        String path = APPLICATIONS + "/"
                + json(ada.post(APPLICATIONS, REQUEST)).get("id").asString();

        JsonNode changed = json(ada.put(
                path,
                Map.of(
                        "name",
                        "Notes",
                        "redirectUris",
                        List.of("https://b.example.org/"),
                        "scopes",
                        List.of("openid"))));

        assertThat(changed.get("name").asString()).isEqualTo("Notes");
        assertThat(changed.at("/redirectUris/0").asString()).isEqualTo("https://b.example.org/");
        assertThat(ada.delete(path).statusCode()).isEqualTo(204);
        ProblemAssert.assertThat(ada.get(path)).isProblem(ProblemCode.NOT_FOUND).hasAlias("APPLICATION_NOT_FOUND");
    }

    /** Whoever holds a trusted application acts for everybody without asking, so that is for administrators. */
    @Test
    void letsOnlyAdministratorsTrust() {
        Map<String, Object> trusted = new HashMap<>(REQUEST);
        trusted.put("trusted", true);
        AuthClient admin = client().as(json(client().login("admin", ADMIN_PASSWORD))
                .get("access_token")
                .asString());

        ProblemAssert.assertThat(client().signedIn().post(APPLICATIONS, trusted))
                .isProblem(ProblemCode.FORBIDDEN);
        assertThat(json(admin.post(APPLICATIONS, trusted)).get("trusted").asBoolean())
                .isTrue();
    }

    @Test
    void refusesUnsafeAddresses() {
        AuthClient ada = client().signedIn();
        for (String address : List.of(
                "http://app.example.org/callback",
                "https://app.example.org/callback#part",
                "https://user@app.example.org/",
                "https://*.example.org/",
                "javascript:alert(1)",
                "data:text/html,x",
                "/relative",
                "https://ä.example.org/",
                "https://app.example.org/a b",
                "myapp:/callback",
                "https:///nowhere")) {
            Map<String, Object> request = new HashMap<>(REQUEST);
            request.put("redirectUris", List.of(address));

            ProblemAssert.assertThat(ada.post(APPLICATIONS, request))
                    .isProblem(ProblemCode.VALIDATION_ERROR)
                    .hasViolationsOf("redirectUris");
        }
    }

    @Test
    void refusesScopesThatNoApplicationCanHave() {
        Map<String, Object> request = new HashMap<>(REQUEST);
        request.put("scopes", List.of("admin"));
        AuthClient ada = client().signedIn();

        ProblemAssert.assertThat(ada.post(APPLICATIONS, request))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("scopes");
        ProblemAssert.assertThat(ada.post(APPLICATIONS, Map.of("name", "x", "scopes", List.of("openid"))))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("redirectUris");
    }

    /** RFC 7591, with a token of the owner as initial access token. */
    @Test
    void letsProgramsRegisterThemselves() {
        AuthClient ada = client().signedIn();

        HttpResponse<String> answer = ada.post(
                "/oauth/register",
                Map.of(
                        "client_name", "Command line",
                        "redirect_uris", List.of("http://127.0.0.1/callback"),
                        "token_endpoint_auth_method", "none",
                        "scope", "openid tunnels:read",
                        "software_id", "unknown to us"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode registered = json(answer);
        assertThat(registered.get("client_secret")).isNull();
        assertThat(registered.get("grant_types").toString()).isEqualTo("[\"authorization_code\",\"refresh_token\"]");
        assertThat(json(ada.get(APPLICATIONS + "/" + registered.get("client_id").asString()))
                        .get("name")
                        .asString())
                .isEqualTo("Command line");
        assertThat(json(ada.post("/oauth/register", Map.of("redirect_uris", List.of("https://a.example/"))))
                        .get("client_secret")
                        .asString())
                .startsWith("cvs_");
        HttpResponse<String> unsafe =
                ada.post("/oauth/register", Map.of("redirect_uris", List.of("http://app.example.org/")));
        assertThat(unsafe.statusCode()).isEqualTo(400);
        assertThat(json(unsafe).get("error").asString()).isEqualTo("invalid_redirect_uri");
        assertThat(json(ada.post("/oauth/register", Map.of("grant_types", List.of("password"))))
                        .get("error")
                        .asString())
                .isEqualTo("invalid_client_metadata");
        ProblemAssert.assertThat(client().post("/oauth/register", Map.of())).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
    }

    @Test
    void hidesApplicationsFromStrangers() {
        String path = APPLICATIONS + "/"
                + json(client().signedIn().post(APPLICATIONS, REQUEST))
                        .get("id")
                        .asString();
        AuthClient eve = client().signedIn();

        ProblemAssert.assertThat(eve.get(path)).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(eve.post(path + "/rotate-secret")).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(eve.delete(path)).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(eve.get(APPLICATIONS + "/" + UUID.randomUUID()))
                .isProblem(ProblemCode.NOT_FOUND);
        assertThat(json(eve.get(APPLICATIONS)).get("total").asInt()).isZero();
        ProblemAssert.assertThat(client().get(path)).isProblem(ProblemCode.AUTH_TOKEN_MISSING);
    }
}
