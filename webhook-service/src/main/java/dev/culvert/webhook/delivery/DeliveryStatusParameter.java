package dev.culvert.webhook.delivery;

import java.util.Arrays;
import org.springframework.core.convert.converter.Converter;
import org.springframework.stereotype.Component;

/** Reads a status in a query by its wire name. */
@Component
class DeliveryStatusParameter implements Converter<String, DeliveryStatus> {
    @Override
    public DeliveryStatus convert(String text) {
        return Arrays.stream(DeliveryStatus.values())
                .filter(status -> status.wireName().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Not a delivery status: " + text));
    }
}
