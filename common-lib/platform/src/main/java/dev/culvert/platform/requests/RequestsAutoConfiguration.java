package dev.culvert.platform.requests;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Metrics, log line and time headers of every request. Off with {@code culvert.requests.enabled=false}. */
@AutoConfiguration(
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnBooleanProperty(name = "culvert.requests.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RequestsProperties.class)
public class RequestsAutoConfiguration {
    /** Inside the correlation, around everything else. */
    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

    @Bean
    RequestRecorder requestRecorder(MeterRegistry registry, RequestsProperties properties) {
        return new RequestRecorder(registry, properties);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        FilterRegistrationBean<RequestFilter> requestFilter(RequestRecorder recorder) {
            var registration = new FilterRegistrationBean<>(new RequestFilter(recorder));
            registration.setOrder(ORDER);
            return registration;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        @Order(ORDER)
        RequestWebFilter requestWebFilter(RequestRecorder recorder) {
            return new RequestWebFilter(recorder);
        }
    }
}
