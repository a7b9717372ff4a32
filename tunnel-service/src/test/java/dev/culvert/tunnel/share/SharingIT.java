package dev.culvert.tunnel.share;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.tunnel.RunningTunnelService;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Who may do what with the tunnels of others, over the API. */
class SharingIT extends RunningTunnelService {
    private static final String TUNNELS = "/api/v1/tunnels";

    private final TestCallers owner = TestCallers.user();
    private final TestCallers guest = TestCallers.user();
    private final String guestName = "guest-" + guest.userId();
    private String tunnel = "";

    @BeforeEach
    void createTunnel() {
        Neighbours.known(owner, "owner-" + owner.userId());
        Neighbours.known(guest, guestName);
        tunnel = TUNNELS + "/"
                + json(as(owner).post(TUNNELS, "{\"name\": \"ollama\"}"))
                        .path("id")
                        .asString();
    }

    private JsonNode share(String permission) {
        HttpResponse<String> shared = as(owner)
                .post(
                        tunnel + "/shares",
                        "{\"user\": \"%s\", \"permission\": \"%s\"}".formatted(guestName, permission));
        assertThat(shared.statusCode()).as(shared.body()).isEqualTo(201);
        return json(shared);
    }

    /** Every operation on a tunnel by each role; deletion last. */
    private enum Operation {
        READ("GET", "", ""),
        STATUS("GET", "/status", ""),
        ACTIVITY("GET", "/activity", ""),
        USAGE("GET", "/usage", ""),
        CONFIG("GET", "/config", ""),
        PATCH("PATCH", "", "{\"description\": \"x\"}"),
        PUT("PUT", "", "{\"name\": \"ollama\"}"),
        CONFIGURE("PUT", "/config", "{}"),
        RESET("POST", "/config/reset", ""),
        START("POST", "/start", ""),
        STOP("POST", "/stop", ""),
        SHARES("GET", "/shares", ""),
        TOKENS("GET", "/share-tokens", ""),
        NEW_TOKEN("POST", "/share-tokens", "{}"),
        REQUESTS("GET", "/access-requests", ""),
        LOG("GET", "/access-logs", ""),
        VISIBILITY("GET", "/access", ""),
        SET_VISIBILITY("PUT", "/access", "{\"visibility\": \"private\"}"),
        DELETE("DELETE", "", "");

        private final String method;
        private final String path;
        private final String body;

        Operation(String method, String path, String body) {
            this.method = method;
            this.path = path;
            this.body = body;
        }
    }

    private static final Set<Operation> READING =
            Set.of(Operation.READ, Operation.STATUS, Operation.ACTIVITY, Operation.USAGE, Operation.CONFIG);
    private static final Set<Operation> WRITING = Set.of(
            Operation.PATCH, Operation.PUT, Operation.CONFIGURE, Operation.RESET, Operation.START, Operation.STOP);

    private static boolean allows(String role, Operation operation) {
        return switch (role) {
            case "viewer" -> READING.contains(operation);
            case "editor" -> READING.contains(operation) || WRITING.contains(operation);
            default -> true;
        };
    }

    /** X-15, P2.10.2, P2.10.3, P2.10.4, R4.8: each role tried on each operation, the owner's below. */
    @ParameterizedTest
    @CsvSource({"viewer, viewer", "read, viewer", "editor, editor", "write, editor", "admin, admin"})
    void allowsEachRoleItsActionsAndNoOther(String word, String role) {
        assertThat(share(word).path("permission").asString()).isEqualTo(role);

        for (Operation operation : Operation.values()) {
            HttpResponse<String> answer = as(guest).send(operation.method, tunnel + operation.path, operation.body);
            if (allows(role, operation)) {
                assertThat(answer.statusCode())
                        .as("%s %s: %s", role, operation, answer.body())
                        .isBetween(200, 204);
            } else {
                ProblemAssert.assertThat(answer).isProblem(ProblemCode.FORBIDDEN);
            }
        }
    }

    /** P2.10.3: the owner's role; what is the owner's alone is tried in {@link TransferIT}. */
    @Test
    void allowsTheOwnerEverything() {
        for (Operation operation : Operation.values()) {
            HttpResponse<String> answer = as(owner).send(operation.method, tunnel + operation.path, operation.body);
            assertThat(answer.statusCode())
                    .as("%s: %s", operation, answer.body())
                    .isBetween(200, 204);
        }
    }

    /** R4.8: a stranger finds nothing, and a revoked user neither, at once. */
    @Test
    void hidesTheTunnelFromStrangersAndFromWhomItIsNoLongerSharedWith() {
        share("admin");
        assertThat(as(guest).get(tunnel).statusCode()).isEqualTo(200);

        assertThat(as(owner)
                        .send("DELETE", tunnel + "/shares/" + guest.userId(), "")
                        .statusCode())
                .isEqualTo(204);

        for (Operation operation : Operation.values()) {
            ProblemAssert.assertThat(as(guest).send(operation.method, tunnel + operation.path, operation.body))
                    .isProblem(ProblemCode.TUNNEL_001);
        }
        assertThat(json(as(guest).get(TUNNELS + "/shared-with-me"))
                        .path("total")
                        .asInt())
                .isZero();
        ProblemAssert.assertThat(as(owner).send("DELETE", tunnel + "/shares/" + guest.userId(), ""))
                .isProblem(ProblemCode.NOT_FOUND);
    }

    /** P2.10.9: whoever made a link knows its secret, and would come back by it. */
    @Test
    void withdrawsTheLinksOfWhomItIsNoLongerSharedWith() {
        share("admin");
        as(guest).post(tunnel + "/share-tokens", "{}");
        as(owner).post(tunnel + "/share-tokens", "{}");

        as(owner).send("DELETE", tunnel + "/shares/" + guest.userId(), "");

        assertThat(json(as(owner).get(tunnel + "/share-tokens"))
                        .path("items")
                        .valueStream()
                        .map(link -> link.path("createdBy").asString()))
                .containsExactly(owner.userId().toString());
    }

    /** P2.10.1: by name, mail address and id. */
    @Test
    void findsPeopleByNameMailAddressAndId() {
        for (String who : List.of(
                guestName.toUpperCase(java.util.Locale.ROOT),
                guestName + "@example.ORG",
                guest.userId().toString())) {
            HttpResponse<String> shared =
                    as(owner).post(tunnel + "/shares", "{\"user\": \"" + who + "\", \"permission\": \"viewer\"}");
            assertThat(json(shared).path("userId").asString())
                    .as(shared.body())
                    .isEqualTo(guest.userId().toString());
            assertThat(json(shared).path("name").asString()).isEqualTo(guestName);
            as(owner)
                    .send(
                            "DELETE",
                            tunnel + "/shares/" + json(shared).path("id").asString(),
                            "");
        }
        ProblemAssert.assertThat(
                        as(owner).post(tunnel + "/shares", "{\"user\": \"nobody\", \"permission\": \"viewer\"}"))
                .isProblem(ProblemCode.USER_001);
    }

    /** R4.8: one share per person, and not with oneself. */
    @Test
    void refusesASecondShareForAPersonAndOneWithOneself() {
        share("viewer");
        String again = "{\"user\": \"" + guestName + "\", \"permission\": \"editor\"}";
        ProblemAssert.assertThat(as(owner).post(tunnel + "/shares", again)).isProblem(ProblemCode.ALREADY_EXISTS);
        for (String body : List.of(
                "{\"user\": \"" + owner.userId() + "\", \"permission\": \"viewer\"}",
                "{\"permission\": \"viewer\"}",
                "{\"user\": \"" + guestName + "\", \"permission\": \"owner\"}",
                "{\"user\": \"" + guestName
                        + "\", \"permission\": \"viewer\", \"expiresAt\": \"2020-01-01T00:00:00Z\"}")) {
            ProblemAssert.assertThat(as(owner).post(tunnel + "/shares", body)).isProblem(ProblemCode.VALIDATION_ERROR);
        }
    }

    @Test
    void changesWhatAShareAllowsAtOnce() {
        String shareId = share("viewer").path("id").asString();
        ProblemAssert.assertThat(as(guest).post(tunnel + "/stop", "")).isProblem(ProblemCode.FORBIDDEN);

        as(owner).send("PUT", tunnel + "/shares/" + shareId + "/permission", "{\"permission\": \"write\"}");

        assertThat(as(guest).post(tunnel + "/stop", "").statusCode()).isEqualTo(200);
        assertThat(json(as(owner).get(tunnel + "/shares"))
                        .at("/items/0/permission")
                        .asString())
                .isEqualTo("editor");
    }

    @Test
    void letsNobodyChangeTheirOwnShare() {
        String shareId = share("admin").path("id").asString();

        ProblemAssert.assertThat(as(guest)
                        .send("PUT", tunnel + "/shares/" + shareId + "/permission", "{\"permission\": \"admin\"}"))
                .isProblem(ProblemCode.FORBIDDEN);
    }

    /** P2.10.6: past the end of a share the tunnel is not found. The end is moved, not the clock. */
    @Test
    void endsAShareAtItsTime() {
        HttpResponse<String> shared = as(owner)
                .post(tunnel + "/shares", """
                {"user": "%s", "permission": "admin", "expiresAt": "%s"}""".formatted(guestName, Instant.now().plusSeconds(3600)));
        assertThat(shared.statusCode()).as(shared.body()).isEqualTo(201);
        assertThat(as(guest).get(tunnel).statusCode()).isEqualTo(200);

        TestingPostgres.shared()
                .execute("UPDATE tunnel.shares SET expires_at = now() - interval '1 second' WHERE id = '"
                        + json(shared).path("id").asString() + "'");

        ProblemAssert.assertThat(as(guest).get(tunnel)).isProblem(ProblemCode.TUNNEL_001);
        assertThat(json(as(owner).get(tunnel + "/shares")).path("total").asInt())
                .isZero();
        share("viewer");
    }

    @Test
    void sharesWithEverybodyOfATeam() {
        TestCallers colleague = TestCallers.user().withTenantId(guest.tenantId());
        HttpResponse<String> shared = as(owner)
                .post(tunnel + "/shares", "{\"team\": \"" + guest.tenantId() + "\", \"permission\": \"editor\"}");
        assertThat(shared.statusCode()).as(shared.body()).isEqualTo(201);

        assertThat(as(guest).post(tunnel + "/start", "").statusCode()).isEqualTo(200);
        assertThat(as(colleague).get(tunnel).statusCode()).isEqualTo(200);
        JsonNode found = json(as(colleague).get(TUNNELS + "/shared-with-me")).at("/items/0");
        assertThat(found.path("name").asString()).isEqualTo("ollama");
        assertThat(found.path("ownerId").asString()).isEqualTo(owner.userId().toString());
        assertThat(found.path("permission").asString()).isEqualTo("editor");
        assertThat(found.path("path").asString())
                .isEqualTo("/t/" + found.path("id").asString() + "/");
        assertThat(json(as(colleague).get(tunnel)).path("permission").asString())
                .isEqualTo("editor");
        assertThat(json(as(colleague).get(TUNNELS)).path("total").asInt())
                .as("own tunnels")
                .isZero();
    }

    @Test
    void opensATunnelToTheOwnersTenantAsViewers() {
        TestCallers colleague = TestCallers.user().withTenantId(owner.tenantId());
        ProblemAssert.assertThat(as(colleague).get(tunnel)).isProblem(ProblemCode.TUNNEL_001);

        as(owner).send("PUT", tunnel + "/access", "{\"visibility\": \"shared\"}");

        assertThat(as(colleague).get(tunnel).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(as(colleague).post(tunnel + "/stop", "")).isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(as(guest).get(tunnel)).isProblem(ProblemCode.TUNNEL_001);
    }

    /** inside the tenant unless it allows outside guests. */
    @Test
    void keepsTunnelsInsideATenantThatWantsNoGuests() {
        Neighbours.tenant(owner, false);
        TestCallers colleague =
                Neighbours.known(TestCallers.user().withTenantId(owner.tenantId()), "colleague-" + owner.userId());
        Neighbours.tenant(owner, false);

        for (Map.Entry<String, String> outward : Map.of(
                        "/shares",
                        "{\"user\": \"" + guestName + "\", \"permission\": \"viewer\"}",
                        "/share-tokens",
                        "{}")
                .entrySet()) {
            ProblemAssert.assertThat(as(owner).post(tunnel + outward.getKey(), outward.getValue()))
                    .isProblem(ProblemCode.FORBIDDEN);
        }
        ProblemAssert.assertThat(as(owner).send("PUT", tunnel + "/access", "{\"visibility\": \"public\"}"))
                .isProblem(ProblemCode.FORBIDDEN);
        assertThat(as(owner)
                        .post(
                                tunnel + "/shares",
                                "{\"user\": \"" + colleague.userId() + "\", \"permission\": \"viewer\"}")
                        .statusCode())
                .isEqualTo(201);
    }

    /** P2.10.7: request, approve, refuse, expire. */
    @Test
    void letsPeopleAskAndTheOwnerDecide() {
        TestingApi asking = as(guest);
        JsonNode request = ask(guest);
        ProblemAssert.assertThat(asking.post(TUNNELS + "/access-requests", question()))
                .isProblem(ProblemCode.ALREADY_EXISTS);
        ProblemAssert.assertThat(asking.get(tunnel)).isProblem(ProblemCode.TUNNEL_001);
        assertThat(json(as(owner).get(tunnel + "/access-requests"))
                        .at("/items/0/requesterName")
                        .asString())
                .isEqualTo(guestName);

        decide(request, "approve", 200);

        assertThat(asking.get(tunnel).statusCode()).isEqualTo(200);
        assertThat(json(asking.get(TUNNELS + "/access-requests"))
                        .at("/items/0/status")
                        .asString())
                .isEqualTo("approved");
        decide(request, "refuse", 409);

        TestCallers second = TestCallers.user();
        decide(ask(second), "refuse", 200);
        ProblemAssert.assertThat(as(second).get(tunnel)).isProblem(ProblemCode.TUNNEL_001);

        TestCallers third = TestCallers.user();
        JsonNode late = ask(third);
        TestingPostgres.shared()
                .execute("UPDATE tunnel.access_requests SET expires_at = now() WHERE id = '"
                        + late.path("id").asString() + "'");
        decide(late, "approve", 409);
        assertThat(json(as(third).get(TUNNELS + "/access-requests"))
                        .at("/items/0/status")
                        .asString())
                .isEqualTo("expired");
        ProblemAssert.assertThat(as(third)
                        .post(
                                TUNNELS + "/access-requests",
                                "{\"tunnelId\": \"" + UUID.randomUUID() + "\", \"permission\": \"read\"}"))
                .isProblem(ProblemCode.TUNNEL_001);
    }

    private String question() {
        return "{\"tunnelId\": \"%s\", \"permission\": \"read\", \"message\": \"May I?\"}"
                .formatted(tunnel.substring(TUNNELS.length() + 1));
    }

    private JsonNode ask(TestCallers who) {
        HttpResponse<String> asked = as(who).post(TUNNELS + "/access-requests", question());
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(201);
        return json(asked);
    }

    private void decide(JsonNode request, String how, int status) {
        String path = tunnel + "/access-requests/" + request.path("id").asString() + "/" + how;
        HttpResponse<String> decided = as(owner).post(path, how.equals("approve") ? "{}" : "");
        assertThat(decided.statusCode()).as(decided.body()).isEqualTo(status);
    }

    @Test
    void makesAShareOfALinkForSomebodyWithAnAccount() {
        JsonNode link = json(as(owner).post(tunnel + "/share-tokens", "{\"permission\": \"write\", \"maxUses\": 1}"));
        String body = "{\"token\": \"" + link.path("token").asString() + "\"}";

        HttpResponse<String> redeemed = as(guest).post(TUNNELS + "/share-tokens/redeem", body);

        assertThat(redeemed.statusCode()).as(redeemed.body()).isEqualTo(200);
        assertThat(as(guest).post(tunnel + "/start", "").statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(as(TestCallers.user()).post(TUNNELS + "/share-tokens/redeem", body))
                .isProblem(ProblemCode.NOT_FOUND);
        JsonNode listed = json(as(owner).get(tunnel + "/share-tokens")).at("/items/0");
        assertThat(listed.path("uses").asInt()).isEqualTo(1);
        assertThat(listed.has("token")).isFalse();
    }

    /** R4.8b, P2.10.5: a guest's call appears for the owner, with permission, address and client. */
    @Test
    void showsTheOwnerWhatGuestsDid() {
        String shareId = share("editor").path("id").asString();
        as(guest).post(tunnel + "/stop", "");

        JsonNode entry = await().until(
                        () -> json(as(owner).get(tunnel + "/access-logs")),
                        log -> log.path("total").asInt() > 0)
                .at("/items/0");

        assertThat(entry.path("userId").asString()).isEqualTo(guest.userId().toString());
        assertThat(entry.path("grantedBy").asString()).isEqualTo("share");
        assertThat(entry.path("grantId").asString()).isEqualTo(shareId);
        assertThat(entry.path("permission").asString()).isEqualTo("editor");
        assertThat(entry.path("action").asString()).isEqualTo("stop");
        assertThat(entry.path("ip").asString()).isEqualTo("127.0.0.1");
        assertThat(entry.path("agent").asString()).isEqualTo("culvert-test/1");
        // P2.10.8: the activity names the guest too.
        assertThat(json(as(owner).get(tunnel + "/activity"))
                        .at("/items/0/userId")
                        .asString())
                .isEqualTo(guest.userId().toString());
    }

    /** P2.10.10: the owner's tenant and the guest's are told, so that webhooks of both deliver it. */
    @Test
    void tellsBothSidesOfTheShare() {
        share("viewer");
        as(owner).send("DELETE", tunnel + "/shares/" + guest.userId(), "");

        UUID id = UUID.fromString(tunnel.substring(TUNNELS.length() + 1));
        var events = PublishedEvents.until(EventType.TUNNEL_SHARE_REVOKED, id).stream()
                .filter(event -> event.type().startsWith("dev.culvert.tunnel.share"))
                .toList();
        assertThat(events).anySatisfy(event -> {
            assertThat(event.type()).isEqualTo("dev.culvert.tunnel.shared");
            assertThat(event.tenantId()).isEqualTo(owner.tenantId().toString());
            assertThat(event.data().path("role").asString()).isEqualTo("viewer");
        });
        assertThat(events)
                .anySatisfy(event ->
                        assertThat(event.tenantId()).isEqualTo(guest.tenantId().toString()));
    }
}
