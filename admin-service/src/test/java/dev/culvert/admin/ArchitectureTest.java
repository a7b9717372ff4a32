package dev.culvert.admin;

import dev.culvert.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void featuresAndArrowsAreAsAgreed() {
        ArchitectureRules.verify(AdminApplication.class);
    }
}
