package dev.culvert.gateway.ratelimit;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Clock;
import java.util.List;
import org.springframework.stereotype.Component;

/** Measures this process. */
@Component
final class LoadProbe {
    private static final double HUNDRED = 100;

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final List<MemoryPoolMXBean> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    private final PacingQueue queue;
    private final Clock clock;

    LoadProbe(PacingQueue queue, Clock clock) {
        this.queue = queue;
        this.clock = clock;
    }

    Load measure() {
        double waiting = HUNDRED * queue.waiting() / queue.properties().places();
        return new Load(clock.instant(), cpu(), memory(), waiting);
    }

    /** 0 while the system cannot tell. */
    private double cpu() {
        return HUNDRED * Math.clamp(system.getProcessCpuLoad(), 0, 1);
    }

    /** What a heap holds between collections is mostly garbage; what was left by the last one is not. */
    private double memory() {
        long used = 0;
        for (MemoryPoolMXBean pool : heap) {
            MemoryUsage left = pool.getCollectionUsage();
            used += left == null ? 0 : left.getUsed();
        }
        return HUNDRED * used / Runtime.getRuntime().maxMemory();
    }
}
