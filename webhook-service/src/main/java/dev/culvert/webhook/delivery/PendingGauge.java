package dev.culvert.webhook.delivery;

import dev.culvert.data.tenant.TenantScope;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/** Shows how many deliveries are neither delivered nor failed, counted when the metrics are read. */
@Component
class PendingGauge implements MeterBinder {
    private final DueDeliveries due;

    PendingGauge(DueDeliveries due) {
        this.due = due;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("culvert.webhook.deliveries.pending", this, PendingGauge::count)
                .description("Deliveries that wait for their first or next try")
                .register(registry);
    }

    private double count() {
        return TenantScope.callAsSystem("counting pending deliveries", due::count);
    }
}
