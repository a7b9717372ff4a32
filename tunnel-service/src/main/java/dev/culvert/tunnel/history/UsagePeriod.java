package dev.culvert.tunnel.history;

import dev.culvert.tunnel.usage.UsageFigures;
import java.time.Instant;

/** A period with what was used in it; its end is the beginning of the next. */
record UsagePeriod(Instant from, Instant to, UsageFigures figures) {}
