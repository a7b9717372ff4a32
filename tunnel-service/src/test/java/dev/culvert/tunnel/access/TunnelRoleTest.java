package dev.culvert.tunnel.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** which role may do what. */
class TunnelRoleTest {
    private static Set<TunnelAction> actionsOf(TunnelRole role) {
        return Arrays.stream(TunnelAction.values())
                .filter(action -> role.allows(action.needs()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(TunnelAction.class)));
    }

    @Test
    void allowsEachRoleWhatItsPermissionsSay() {
        assertThat(actionsOf(TunnelRole.VIEWER)).containsExactlyInAnyOrder(TunnelAction.VIEW, TunnelAction.USE);
        assertThat(actionsOf(TunnelRole.EDITOR))
                .containsExactlyInAnyOrder(
                        TunnelAction.VIEW,
                        TunnelAction.USE,
                        TunnelAction.CHANGE,
                        TunnelAction.START,
                        TunnelAction.STOP,
                        TunnelAction.CONNECT);
        assertThat(actionsOf(TunnelRole.ADMIN))
                .doesNotContain(TunnelAction.TRANSFER)
                .hasSize(TunnelAction.values().length - 1);
        assertThat(actionsOf(TunnelRole.OWNER)).containsExactlyInAnyOrder(TunnelAction.values());
    }

    @Test
    void takesTheWordsOfBothVocabulariesButNeverOwner() {
        assertThat(TunnelRole.granted("read")).contains(TunnelRole.VIEWER).isEqualTo(TunnelRole.granted("viewer"));
        assertThat(TunnelRole.granted("write")).contains(TunnelRole.EDITOR).isEqualTo(TunnelRole.granted("editor"));
        assertThat(TunnelRole.granted("admin")).contains(TunnelRole.ADMIN);
        assertThat(TunnelRole.granted("owner")).isEmpty();
    }
}
