package dev.culvert.tunnel;

import dev.culvert.tunnelprotocol.NettyDefaults;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a class of tests when a buffer was lost in it, or in one before it whose buffers were collected late. Every buffer is
 * watched, but not where it went, which would take longer than the tests themselves: run the class alone with
 * {@code -Dio.netty.leakDetection.targetRecords=40} for that. Registered for all tests of this module by
 * {@code META-INF/services}.
 */
public final class NoLeaks implements AfterAllCallback {
    private static final Queue<String> LOST = new ConcurrentLinkedQueue<>();
    private static final Duration COLLECTED_WITHIN = Duration.ofSeconds(1);
    private static final String WHERE_IT_WENT = "io.netty.leakDetection.targetRecords";

    static {
        NettyDefaults.set(); // the allocator that is used outside of tests
        if (System.getProperty(WHERE_IT_WENT) == null) {
            System.setProperty(WHERE_IT_WENT, "0");
        }
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> LOST.add(type + " was lost: " + records));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        lost().ifPresent(lost -> {
            throw new AssertionError(lost);
        });
    }

    /** The buffers that were lost up to now, each only once; one is told of, and how many there are. */
    public static Optional<String> lost() {
        collect();
        // What was collected is looked at whenever another buffer is made.
        ByteBufAllocator.DEFAULT.buffer(1).release();
        List<String> lost = new ArrayList<>();
        for (String one = LOST.poll(); one != null; one = LOST.poll()) {
            lost.add(one);
        }
        return lost.isEmpty() ? Optional.empty() : Optional.of(lost.size() + " lost, such as: " + lost.getFirst());
    }

    /** Returns when what nobody holds any more is known to be so, which comes a little after a collection. */
    private static void collect() {
        ReferenceQueue<Object> known = new ReferenceQueue<>();
        WeakReference<Object> unheld = new WeakReference<>(new Object(), known);
        try {
            do {
                System.gc();
            } while (known.remove(COLLECTED_WITHIN.toMillis()) != unheld);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
