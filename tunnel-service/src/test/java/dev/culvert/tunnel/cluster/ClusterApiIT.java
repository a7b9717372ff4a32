package dev.culvert.tunnel.cluster;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.tunnel.RunningTunnelService;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Requirement P2.11.8: who is in the cluster and what each carries. */
class ClusterApiIT extends RunningTunnelService {
    private static final String CLUSTER = "/api/v1/tunnels/cluster";

    @Test
    void showsAdministratorsTheReplicas() {
        JsonNode cluster = json(as(TestCallers.superAdmin()).get(CLUSTER));

        JsonNode member = cluster.path("members").path(0);
        assertThat(member.path("name").asString()).isEqualTo("replica-under-test");
        assertThat(member.path("address").asString()).startsWith("127.0.0.1:");
        assertThat(member.path("answering").asBoolean()).isTrue();
        assertThat(member.path("draining").asBoolean()).isFalse();
        assertThat(member.path("agentConnections").isInt()).isTrue();
        assertThat(member.path("startedAt").asString()).isNotEmpty();
    }

    @Test
    void isNotForUsers() {
        ProblemAssert.assertThat(as(TestCallers.user()).get(CLUSTER)).isProblem(ProblemCode.FORBIDDEN);
    }

    @Test
    void countsReplicasAndWhatIsPassedToThem() {
        assertThat(as(TestCallers.superAdmin()).get("/metrics").body())
                .contains("tunnel_cluster_members")
                .contains("tunnel_peer_requests_total{");
    }
}
