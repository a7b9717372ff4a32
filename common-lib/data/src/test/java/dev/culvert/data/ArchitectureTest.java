package dev.culvert.data;

import dev.culvert.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    @Test
    void knowsOnlyContractsAndPlatform() {
        ArchitectureRules.verifyLibrary("dev.culvert.data", "dev.culvert.contracts..", "dev.culvert.platform..");
    }
}
