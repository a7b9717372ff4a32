package dev.culvert.data.topic;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How topics are made.
 *
 * @param partitions partitions of a new topic of events; an existing topic is left as it is
 */
@Validated
@ConfigurationProperties("culvert.data.topic")
record TopicProperties(@Min(1) @Max(1000) @DefaultValue("3") int partitions) {}
