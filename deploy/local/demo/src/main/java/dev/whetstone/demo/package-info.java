/** The demo: a simulated product app and its end users drive one loop on the running services. */
@NullMarked
package dev.whetstone.demo;

import org.jspecify.annotations.NullMarked;
