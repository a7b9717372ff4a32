package dev.culvert.auth;

import dev.culvert.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void keepsToTheRules() {
        ArchitectureRules.verify(AuthApplication.class);
    }
}
