package dev.culvert.webhook.delivery;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;

/** A delivery with every try that was made, the first one first. */
record DeliveryDetailResponse(@JsonUnwrapped DeliveryResponse delivery, List<AttemptResponse> history) {}
