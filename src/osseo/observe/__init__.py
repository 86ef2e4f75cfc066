"""What a clinic measures on a course: endpoints, measurement noise and the serum a laboratory reports.

`endpoint.load_endpoint`, `measure.measure`, `noise.add_noise`, `serum.observed_serum`.
"""
