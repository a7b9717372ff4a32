package dev.culvert.proxy;

import dev.culvert.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void keepsTheRulesOfTheCodeStyle() {
        ArchitectureRules.verify(ProxyApplication.class);
    }
}
