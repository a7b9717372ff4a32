package dev.culvert.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.sample.SampleApplication;
import dev.culvert.platform.sample.SampleClient;
import dev.culvert.platform.sample.SampleClient.Answer;
import dev.culvert.platform.sample.SampleIssuer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A service verifies tokens itself and refuses what an endpoint did not declare: R2.1b (service part), R2.5, NF4.2, S2.7. */
@SpringBootTest(
        classes = SampleApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"management.endpoints.web.exposure.include=*", "spring.web.resources.add-mappings=true"})
class AccessTest {
    private static final String THINGS = "/api/v1/things";
    private static final SampleIssuer issuer = SampleIssuer.shared();

    @LocalServerPort
    int port;

    SampleClient client;

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry properties) {
        properties.add("PUBLIC_URL", () -> SampleIssuer.ISSUER);
        properties.add("AUTH_JWKS_URL", issuer::jwksUrl);
    }

    @BeforeEach
    void connect() {
        client = new SampleClient(port);
    }

    @Test
    void givesTheCallerToTheController() {
        Answer answer = client.getAs(issuer.token(), THINGS + "/me");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.<String>json("$.userId")).isEqualTo(SampleIssuer.USER.toString());
        assertThat(answer.<String>json("$.tenantId")).isEqualTo(SampleIssuer.TENANT.toString());
        assertThat(answer.<String>json("$.tier")).isEqualTo("premium");
    }

    @Test
    void refusesRequestsWithoutToken() {
        Answer answer = client.get(THINGS + "/me");

        assertRefused(answer, ProblemCode.AUTH_TOKEN_MISSING);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void refusesOtherSchemes() {
        assertRefused(client.get(THINGS + "/me", "Authorization", "Basic YTpi"), ProblemCode.INVALID_AUTH_HEADER);
    }

    @Test
    void refusesTokensThatAreNotValid() {
        Answer answer = client.getAs(SampleIssuer.foreignToken("k1"), THINGS + "/me");

        assertRefused(answer, ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }

    @Test
    void ignoresIdentityHeaders() {
        Answer answer = client.get(
                THINGS + "/me", "X-User-Id", SampleIssuer.USER.toString(), "Culvert-Caller-Token", issuer.token());

        assertRefused(answer, ProblemCode.AUTH_TOKEN_MISSING);
    }

    @Test
    void needsTheScope() {
        assertRefused(client.getAs(issuer.token(Scope.TUNNELS_READ), THINGS + "/scoped"), ProblemCode.FORBIDDEN);
        assertThat(client.getAs(issuer.token(Scope.TUNNELS_WRITE), THINGS + "/scoped")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void needsRoleAndAdminScopeForPermissions() {
        String path = THINGS + "/permitted";

        assertRefused(client.getAs(issuer.token(Scope.ADMIN), path), ProblemCode.FORBIDDEN);
        assertRefused(client.getAs(issuer.token(roles(Role.SUPER_ADMIN, "")), path), ProblemCode.FORBIDDEN);
        assertThat(client.getAs(issuer.token(roles(Role.SUPER_ADMIN, Scope.ADMIN)), path)
                        .status())
                .isEqualTo(200);
    }

    /** R2.8: what is missing has the word of the requirement. */
    @Test
    void saysWhatIsMissing() {
        assertThat(client.getAs(issuer.token(Scope.TUNNELS_READ), THINGS + "/scoped")
                        .<String>json("$.error.details.alias"))
                .isEqualTo("INSUFFICIENT_SCOPES");
        assertThat(client.getAs(issuer.token(Scope.ADMIN), THINGS + "/permitted")
                        .<String>json("$.error.details.alias"))
                .isEqualTo("INSUFFICIENT_PERMISSIONS");
    }

    /** AC15.1: past 15 minutes the answer is 401 with a code that asks for a new sign-in. */
    @Test
    void asksForAFreshSignInWhereDeclared() {
        String path = THINGS + "/sensitive";

        assertThat(client.getAs(issuer.token(signedInSince(Duration.ofMinutes(14))), path)
                        .status())
                .isEqualTo(200);
        Answer late = client.getAs(issuer.token(signedInSince(Duration.ofMinutes(16))), path);
        assertRefused(late, ProblemCode.REAUTHENTICATION_REQUIRED);
        assertThat(late.header("WWW-Authenticate"))
                .isEqualTo("Bearer error=\"insufficient_user_authentication\", max_age=\"900\"");
        assertRefused(
                client.getAs(issuer.token(roles(Role.SUPER_ADMIN, Scope.ADMIN)), path),
                ProblemCode.REAUTHENTICATION_REQUIRED);
    }

    private static Consumer<JWTClaimsSet.Builder> signedInSince(Duration ago) {
        return claims -> roles(Role.SUPER_ADMIN, Scope.ADMIN)
                .andThen(more -> more.claim(
                        CallerClaims.AUTHENTICATED_AT, Instant.now().minus(ago).getEpochSecond()))
                .accept(claims);
    }

    @Test
    void refusesHandlersThatDeclareNothing() {
        for (String path : List.of("/env", "/beans", "/loggers", "/static-file.txt")) {
            assertRefused(client.get(path), ProblemCode.AUTH_TOKEN_MISSING);
            assertRefused(client.getAs(issuer.token(Scope.ADMIN), path), ProblemCode.FORBIDDEN);
        }
    }

    @Test
    void opensHealthToAnybody() {
        for (String path : List.of("/health", "/health/live", "/health/ready", "/ready")) {
            assertThat(client.get(path).status()).as(path).isEqualTo(200);
        }
    }

    @Test
    void looksAtNoTokenOnOpenEndpoints() {
        assertThat(client.getAs("rubbish", THINGS + "/text").body()).isEqualTo("text");
    }

    private static Consumer<JWTClaimsSet.Builder> roles(Role role, String scope) {
        return claims ->
                claims.claim(CallerClaims.ROLES, List.of(role.wireName())).claim(CallerClaims.SCOPE, scope);
    }

    private static void assertRefused(Answer answer, ProblemCode code) {
        assertThat(answer.<String>json("$.error.code")).isEqualTo(code.name());
        assertThat(answer.status()).isEqualTo(code.status());
    }
}
