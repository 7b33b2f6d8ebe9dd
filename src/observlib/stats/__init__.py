"""Survey statistics and time series: frames and arrays in, frames and arrays out."""
