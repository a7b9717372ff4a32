package dev.culvert.data;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The smallest service with a schema. */
@SpringBootApplication
public class SampleService {}
