package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.suite.RunningSuite;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The main job on real input: R4.1d (traffic through a tunnel), R10.3 (signed delivery), R10.10b (event on Kafka).
 * The demo itself fails where a part of the story is missing; here its exit code and its words are held to it.
 */
@ExtendWith(SharedSuite.class)
class OneStreamedAnswerIT {

    @Test
    void demoTellsTheWholeStory(RunningSuite suite) throws Exception {
        RunningSuite.Outcome demo = suite.run(List.of("demo"));

        assertThat(demo.exitCode()).as(demo.output()).isZero();
    }
}
