package dev.culvert.user;

import dev.culvert.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void keepsToTheRules() {
        ArchitectureRules.verify(UserApplication.class);
    }
}
