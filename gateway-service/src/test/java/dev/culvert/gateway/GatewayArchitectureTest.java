package dev.culvert.gateway;

import dev.culvert.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class GatewayArchitectureTest {
    @Test
    void keepsTheRulesOfTheCodeStyle() {
        ArchitectureRules.verify(GatewayApplication.class);
    }
}
