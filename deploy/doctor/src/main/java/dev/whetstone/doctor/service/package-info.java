/** Checks of the running services. */
@NullMarked
package dev.whetstone.doctor.service;

import org.jspecify.annotations.NullMarked;
