package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Contenders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How services are started. */
enum Flags {
    /** As the images run them: with both compilers, of which the second needs its time. */
    IMAGES("images", Contenders.OF_THE_IMAGE, Duration.ofSeconds(45)),

    /** As {@code ./culvert up} runs them: with the quick compiler alone. */
    UP("up", Contenders.OF_THE_RUNNER, Duration.ofSeconds(5));

    private final String word;
    private final List<String> flags;
    private final Duration warmUp;

    Flags(String word, List<String> flags, Duration warmUp) {
        this.word = word;
        this.flags = flags;
        this.warmUp = warmUp;
    }

    /** For the command line and for the table. */
    String word() {
        return word;
    }

    /** How long each way through the services is used before anything is measured. */
    Duration warmUp() {
        return warmUp;
    }

    /** @param heap what {@code ./culvert up} gives the service; all images have the same memory */
    List<String> withHeap(String heap) {
        List<String> all = new ArrayList<>(flags);
        if (this == UP) {
            all.add(heap);
        }
        return all;
    }
}
