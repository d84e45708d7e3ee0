internal import CSystem

extension NVMLLibrary {
    public func eventSet() throws(NVMLReturn) -> NVMLEventSet {
        typealias Function = @convention(c) (UnsafeMutablePointer<OpaquePointer?>) -> Int32
        var pointer: OpaquePointer?
        try check(try function("nvmlEventSetCreate", as: Function.self)(&pointer))
        return NVMLEventSet(handle: UInt(bitPattern: pointer))
    }

    public func free(_ set: NVMLEventSet) {
        typealias Function = @convention(c) (OpaquePointer?) -> Int32
        guard let function = try? function("nvmlEventSetFree", as: Function.self) else { return }
        _ = function(set.pointer)
    }

    public func register(_ types: UInt64, of device: NVMLDevice, in set: NVMLEventSet) throws(NVMLReturn) {
        typealias Function = @convention(c) (OpaquePointer?, UInt64, OpaquePointer?) -> Int32
        try check(try function("nvmlDeviceRegisterEvents", as: Function.self)(device.pointer, types, set.pointer))
    }

    public func wait(for set: NVMLEventSet, milliseconds: UInt32) throws(NVMLReturn) -> NVMLEvent? {
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_event>, UInt32) -> Int32
        var event = csystem_nvml_event()
        // The first version does not write the instances.
        event.gpu_instance = .max
        event.compute_instance = .max
        let function = try function("nvmlEventSetWait_v2", "nvmlEventSetWait", as: Function.self)
        do {
            try check(function(set.pointer, &event, milliseconds))
        } catch  where error == .timeout {
            return nil
        }
        return NVMLEvent(
            device: NVMLDevice(event.device), type: event.type, data: event.data,
            gpuInstance: Self.known(event.gpu_instance), computeInstance: Self.known(event.compute_instance))
    }
}

extension NVMLEventSet {
    var pointer: OpaquePointer? { OpaquePointer(bitPattern: handle) }
}
