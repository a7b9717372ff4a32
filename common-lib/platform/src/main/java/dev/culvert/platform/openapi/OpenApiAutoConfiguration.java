package dev.culvert.platform.openapi;

import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.PageRequest;
import org.springdoc.core.utils.SpringDocUtils;
import org.springdoc.webmvc.api.OpenApiWebMvcResource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** The common part of each service's API description. Off with {@code culvert.openapi.enabled=false}. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(OpenApiWebMvcResource.class)
@ConditionalOnBooleanProperty(name = "culvert.openapi.enabled", matchIfMissing = true)
public class OpenApiAutoConfiguration {

    static {
        // Neither is read from where springdoc would look: one is the caller, the other is described as three numbers.
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class, PageRequest.class);
    }

    @Bean
    CommonDescription commonDescription() {
        return new CommonDescription();
    }

    @Bean
    OperationDescription operationDescription() {
        return new OperationDescription();
    }
}
